//! `apply`: what is pending, then what still differs.

use crate::diagnostic::Diagnostic;
use crate::dialect::Session;
use crate::revision::{Revision, RevisionMap};
use crate::runner::{Direction, Event, Report, Way};

use super::{
    Failure, Project, Proposal, between, chain, drift, elsewhere, existing, generate, handed, likeness,
    permit, permit_rewrites, rewrites, sides, status,
};

/// What `apply` is about to do, to be shown before it is asked for.
#[derive(Debug, Default)]
pub struct Preview {
    /// Revisions of the chain that the database does not have.
    pub pending: Vec<Revision>,
    /// The statements of these on this engine that lose something.
    pub losses: Vec<String>,
    /// What they lose that was agreed to before.
    pub agreed: Vec<String>,
    /// The steps that write a large table anew while nobody can read it.
    pub rewrites: Vec<String>,
    /// What still differs from the declarations; it becomes a new revision. `None` when nothing does, with `frozen`,
    /// and while revisions are pending: what differs after them is found out when they are applied.
    pub proposal: Option<Proposal>,
    /// The warnings that hold where nothing differs.
    pub warnings: Vec<Diagnostic>,
}

impl Preview {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.proposal.is_none()
    }
}

/// Finds out what there is to do; writes nothing.
pub async fn preview(project: &Project, frozen: bool) -> Result<Preview, Failure> {
    let url = sides::database(project)?;
    let map = chain::load(project)?;
    let rows = status::current(project).await?;
    if !project.accept_existing {
        elsewhere::refuse(project, &map, &rows).await?;
    }
    let pending: Vec<Revision> = status::pending(&map, &rows)?.into_iter().cloned().collect();
    let engine = url.dialect.name();
    if !pending.is_empty() {
        let scripts = || pending.iter().filter_map(|revision| revision.script(engine));
        let losses = scripts()
            .flat_map(|script| script.upgrade.losses().map(str::to_owned))
            .collect();
        let agreed = scripts()
            .flat_map(|script| script.upgrade.agreed_losses().map(str::to_owned))
            .collect();
        let rewrites = scripts()
            .flat_map(|script| rewrites(&script.upgrade, url.dialect))
            .collect();
        return Ok(Preview {
            pending,
            losses,
            agreed,
            rewrites,
            ..Preview::default()
        });
    }
    if frozen {
        return Ok(Preview::default());
    }
    let drift = drift::find(project, &map, &rows).await?;
    let mut proposal = match drift.is_empty() {
        true => generate::proposal(project).await?,
        // What was made by hand is left out of account here, and found again when the revision runs.
        false if project.accept_existing => generate::from_chain(project, &map, url.dialect).await?,
        false => return Err(drift.into()),
    };
    likeness::refuse(project, &proposal)?;
    between::warn(&map, &mut proposal);
    if proposal.is_empty() {
        return Ok(Preview {
            warnings: proposal.into_warnings(),
            ..Preview::default()
        });
    }
    let losses = proposal.upgrade.losses().map(str::to_owned).collect();
    Ok(Preview {
        pending,
        losses,
        agreed: proposal.upgrade.agreed_losses().map(str::to_owned).collect(),
        rewrites: rewrites(&proposal.upgrade, url.dialect),
        proposal: Some(proposal),
        warnings: Vec::new(),
    })
}

/// Runs revisions upwards, leaving out what of the first is there already if that is accepted.
async fn up(
    project: &Project,
    map: &RevisionMap,
    session: &mut dyn Session,
    revisions: &[&Revision],
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, Failure> {
    let accepted = match revisions.first() {
        Some(first) if project.accept_existing => existing::find(project, map, session, first).await?,
        _ => None,
    };
    let said = accepted.iter().flat_map(|existing| {
        let script = revisions
            .first()
            .and_then(|first| first.script(session.server().dialect.name()));
        let title = move |place: &usize| Some(script?.upgrade.steps.get(*place)?.title.clone());
        existing.steps.iter().filter_map(title)
    });
    let said: Vec<String> = said
        .map(|title| format!("{title}: there already, recorded as done"))
        .collect();
    let way = Way {
        map,
        revisions,
        direction: Direction::Upgrade,
    };
    let mut report = handed::walk(project, session, &way, accepted, observe).await?;
    report.warnings.splice(0..0, said);
    Ok(report)
}

/// Does what the preview shows: runs the pending revisions, or writes the proposal as a revision and runs that.
pub async fn apply(
    project: &Project,
    preview: &Preview,
    message: &str,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, Failure> {
    permit(project, &preview.losses)?;
    permit_rewrites(project, &preview.rewrites)?;
    let mut written = None;
    let mut said = Vec::new();
    if let Some(proposal) = &preview.proposal {
        let generated = generate::write(project, proposal.clone(), message).await?;
        // The preview has shown the rest.
        let new = generated.proposal.notes.iter().skip(proposal.notes.len());
        said.extend(new.map(|note| note.message.clone()));
        written = Some(generated);
    }
    let map = chain::load(project)?;
    let mut session = sides::connect_writing(sides::database(project)?).await?;
    let shown: Vec<&str> = match &written {
        Some(generated) => vec![generated.revision.id.as_str()],
        None => preview
            .pending
            .iter()
            .map(|revision| revision.id.as_str())
            .collect(),
    };
    let revisions: Vec<&Revision> = shown.iter().filter_map(|id| map.get(id)).collect();
    let result = up(project, &map, session.as_mut(), &revisions, observe).await;
    session.close().await?;
    if let (Err(_), Some(generated)) = (&result, &written) {
        // A revision that was never applied anywhere, and could not be, would only be in the way of the next plan.
        let partly = matches!(&result, Err(Failure::Run(error)) if error.done_steps() > 0);
        if !partly {
            generate::discard(project, &generated.revision)?;
        }
    }
    let mut report = result?;
    report.warnings.splice(0..0, said);
    Ok(report)
}
