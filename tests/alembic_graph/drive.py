"""Asks the real Alembic: makes random revision graphs, runs random commands on SQLite, and says what came of each.

    python drive.py SEED FIRST END [CASE ...]

Prints one JSON object a line for the cases FIRST..END (or only the named ones). A case depends on SEED and its number
alone, so it can be made again under another PYTHONHASHSEED: Alembic keeps several `depends_on` in a set.
"""

import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import warnings

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

STEPS = 14

ENV = """
from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
"""

REVISION = """
from alembic import context

revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {needs!r}


def upgrade():
    context.config.attributes["ran"].append(revision)


def downgrade():
    context.config.attributes["ran"].append(revision)
"""


class Graph:
    """Revisions in the order in which they were made, with what each stands on, directly or not."""

    def __init__(self, rng):
        self.revisions = []
        self.below = {}
        self.declares = {}
        self.many_needs = 0
        # Parents that another parent stands on: Alembic can crash on them for good.
        self.redundant = rng.random() < 0.12
        self.dashes = rng.random() < 0.08
        shape = rng.choice(["line", "branchy", "diamond", "bases", "needs", "anything"])
        for number in range(rng.randint(1, 13)):
            self.add(rng, shape, number)
        names = [f"{rng.randrange(16**4):04x}_{revision['id']}.py" for revision in self.revisions]
        if rng.random() < 0.5:
            names.sort()
        self.files = dict(zip(names, self.revisions))

    def closure(self, ids):
        found = set()
        for one in ids:
            found |= {one} | self.below[one]
        return found

    def heads(self):
        parents = {parent for revision in self.revisions for parent in revision["down"]}
        return [revision["id"] for revision in self.revisions if revision["id"] not in parents]

    def new_id(self, rng):
        while True:
            kind = rng.random()
            if kind < 0.4:
                found = f"{rng.randrange(16**12):012x}"
            elif kind < 0.8:
                # Ids that begin alike.
                found = "ab" + "".join(rng.choice("12c_") for _ in range(rng.randint(2, 4)))
            elif kind < 0.9:
                found = rng.choice("qrs") + str(rng.randrange(100))
            elif self.dashes:
                found = f"{rng.choice('vw')}-{rng.randrange(100)}"
            else:
                found = f"{rng.choice(['', 'v', 'ab1'])}{rng.randrange(3)}.{rng.randrange(100)}"
            taken = [revision["id"] for revision in self.revisions] + list(self.declares)
            if found not in taken:
                return found

    def add(self, rng, shape, number):
        ids = [revision["id"] for revision in self.revisions]
        down = []
        if number > 0:
            base = {"line": 0.0, "bases": 0.35, "needs": 0.3, "anything": 0.15}.get(shape, 0.05)
            merge = {"line": 0.0, "diamond": 0.5, "anything": 0.25}.get(shape, 0.15)
            if rng.random() >= base:
                count = rng.choice([2, 2, 3]) if rng.random() < merge else 1
                tip = rng.random() < {"branchy": 0.3, "diamond": 0.4, "line": 1.0}.get(shape, 0.6)
                pool = self.heads() if tip else ids
                down = rng.sample(pool, min(count, len(pool)))
        needs = []
        if number > 0 and rng.random() < {"needs": 0.5, "anything": 0.3}.get(shape, 0.05):
            count = 1
            if self.many_needs < 2 and rng.random() < 0.3:
                count = rng.randint(2, 3)
            needs = rng.sample(ids, min(count, len(ids)))
        if self.redundant:
            needs = [one for one in needs if one not in down]
        else:
            down, needs = self.apart(down, needs)
        self.many_needs += len(needs) > 1
        if down and rng.random() < 0.1:
            needs += self.repeated(rng, down)
        made = {"id": self.new_id(rng), "down": down, "labels": [], "needs": needs}
        self.below[made["id"]] = self.closure(down + needs)
        by_id = {place: label for label, place in self.declares.items()}
        made["needs"] = [by_id[one] if one in by_id and rng.random() < 0.3 else one for one in needs]
        if rng.random() < 0.2:
            for _ in range(rng.choice([1, 1, 2])):
                label = f"{rng.choice(['lab', 'ab1', 'line'])}{len(self.declares)}"
                if label in [*ids, made["id"]]:
                    continue
                self.declares[label] = made["id"]
                made["labels"].append(label)
        made["needed"] = needs
        self.revisions.append(made)

    def apart(self, down, needs):
        """Without what another of them stands on: Alembic cannot run such a revision."""
        kept = []
        for one in down + needs:
            others = [other for other in down + needs if other != one]
            if one not in kept and one not in self.closure(others):
                kept.append(one)
        return [one for one in down if one in kept], [one for one in needs if one in kept and one not in down]

    def repeated(self, rng, down):
        """Something that an earlier revision of the line needs already: that, Alembic takes out again."""
        by_id = {revision["id"]: revision for revision in self.revisions}
        line, todo = [], list(down)
        while todo:
            one = todo.pop()
            if one not in line:
                line.append(one)
                todo += by_id[one]["down"]
        needed = sorted({need for one in line for need in by_id[one]["needed"]} - set(down))
        return rng.sample(needed, 1) if needed else []

    def some_rows(self, rng):
        """The rows of a random set of revisions that holds all that its members stand on."""
        ids = [revision["id"] for revision in self.revisions]
        pool = self.heads() if rng.random() < 0.5 else ids
        applied = self.closure(rng.sample(pool, rng.randint(0, min(3, len(pool)))))
        return [one for one in ids if one in applied and not any(one in self.below[other] for other in applied)]


def a_word(rng, graph):
    ids = [revision["id"] for revision in graph.revisions]
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(ids)
    if kind < 0.65:
        found = rng.choice(ids + list(graph.declares))
        return found[: rng.randint(1, len(found))]
    if kind < 0.9 and graph.declares:
        return rng.choice(list(graph.declares))
    if kind < 0.93:
        return rng.choice(["typo", "ab1", "HEAD"])
    return rng.choice(ids)


def a_symbol(rng, graph):
    if rng.random() < 0.4:
        return rng.choice(["head", "heads", "base", "head", "heads"])
    return a_word(rng, graph)


def a_walk(rng, sign):
    other = {"+": "-", "-": "+"}[sign]
    return (sign if rng.random() < 0.85 else other) + str(rng.choice([0, 1, 1, 1, 1, 2, 2, 2, 3, 5]))


def a_target(rng, graph, rows, sign):
    branch = a_word(rng, graph) + "@" if rng.random() < 0.35 else ""
    kind = rng.random()
    if kind < 0.55:
        applied = [revision["id"] for revision in graph.revisions if revision["id"] in graph.closure(rows)]
        if sign == "-" and applied and rng.random() < 0.5:
            return branch + rng.choice(applied)
        return branch + a_symbol(rng, graph)
    if kind < 0.85:
        return branch + a_walk(rng, sign)
    return branch + a_symbol(rng, graph) + a_walk(rng, rng.choice("+-"))


def a_range(rng, graph):
    lower = rng.choice(["", "base", "current", "-1", "-2", a_word(rng, graph), a_word(rng, graph)])
    upper = rng.choice(["", "heads", "current", "+1", "+2", a_word(rng, graph), a_word(rng, graph)])
    return f"{lower}:{upper}"


def a_step(rng, graph):
    rows = graph.some_rows(rng)
    kind = rng.random()
    if kind < 0.4:
        return rows, "upgrade", [a_target(rng, graph, rows, "+")]
    if kind < 0.75:
        return rows, "downgrade", [a_target(rng, graph, rows, "-")]
    if kind < 0.88:
        walks = a_walk(rng, rng.choice("+-")) if rng.random() < 0.1 else ""
        branch = a_word(rng, graph) + "@" if rng.random() < 0.3 else ""
        return rows, "stamp", [branch + a_symbol(rng, graph) + walks]
    if kind < 0.93:
        words = [a_word(rng, graph) for _ in range(rng.randint(2, 3))]
        return rows, "stamp", list(dict.fromkeys(words))
    return rows, "history", [a_range(rng, graph)]


class Project:
    """A folder that Alembic loads, and a database in memory."""

    def __init__(self, graph):
        self.folder = tempfile.mkdtemp()
        versions = os.path.join(self.folder, "versions")
        os.mkdir(versions)
        with open(os.path.join(self.folder, "env.py"), "w") as file:
            file.write(ENV)
        for name, revision in graph.files.items():
            down = revision["down"]
            text = REVISION.format(
                id=revision["id"],
                down=None if not down else down[0] if len(down) == 1 else tuple(down),
                labels=tuple(revision["labels"]) or None,
                needs=tuple(revision["needs"]) or None,
            )
            with open(os.path.join(versions, name), "w") as file:
                file.write(text)
        self.config = Config(stdout=io.StringIO())
        self.config.set_main_option("script_location", self.folder)
        self.config.set_main_option("path_separator", "os")
        self.script = ScriptDirectory.from_config(self.config)
        self.connection = sqlalchemy.create_engine("sqlite://").connect()
        self.config.attributes["connection"] = self.connection
        self.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")

    def close(self):
        self.connection.close()
        shutil.rmtree(self.folder)

    def sql(self, text):
        result = self.connection.exec_driver_sql(text)
        found = [row[0] for row in result] if result.returns_rows else []
        self.connection.commit()
        return found

    def run(self, rows, name, targets):
        self.sql("DELETE FROM alembic_version")
        for row in rows:
            self.sql(f"INSERT INTO alembic_version VALUES ('{row}')")
        ran = self.config.attributes["ran"] = []
        signal.alarm(5)
        try:
            # Every command would read the folder anew.
            with_this = ScriptDirectory.from_config
            ScriptDirectory.from_config = lambda config: self.script
            try:
                self.call(rows, name, targets, ran)
            finally:
                ScriptDirectory.from_config = with_this
            outcome, message = "ok", ""
        except CommandError as error:
            outcome, message = "refused", str(error)
        except Exception as error:
            outcome, message = "crash", f"{type(error).__name__}: {error}"
        finally:
            signal.alarm(0)
            self.connection.rollback()
        after = sorted(self.sql("SELECT version_num FROM alembic_version"))
        return {"outcome": outcome, "message": message, "ran": list(ran), "after": after}

    def call(self, rows, name, targets, ran):
        if name == "upgrade":
            command.upgrade(self.config, targets[0])
        elif name == "downgrade":
            command.downgrade(self.config, targets[0])
        elif name == "stamp":
            command.stamp(self.config, targets)
        else:
            # What `alembic history -r` lists.
            lower, upper = targets[0].split(":")
            current = tuple(rows)
            lower = current if lower == "current" else lower
            upper = current if upper == "current" else upper
            walk = self.script.walk_revisions(base=lower or "base", head=upper or "heads")
            ran.extend(revision.revision for revision in walk)

    def marks(self):
        out = {}
        for revision in self.script.walk_revisions():
            out[revision.revision] = {
                "head": revision._is_real_head,
                "effective_head": revision.is_head and not revision._is_real_head,
                "branchpoint": revision.is_branch_point,
                "mergepoint": revision.is_merge_point,
                "labels": sorted(revision.branch_labels),
            }
        return out


def case(seed, number):
    rng = random.Random(f"{seed}/{number}")
    graph = Graph(rng)
    steps = [a_step(rng, graph) for _ in range(STEPS)]
    shown = [{key: value for key, value in graph.files[name].items() if key != "needed"} for name in sorted(graph.files)]
    project = Project(graph)
    try:
        try:
            list(project.script.walk_revisions())
        except CommandError as error:
            return {"case": number, "graph": shown, "refused": str(error)}
        said = []
        for rows, name, targets in steps:
            step = {"rows": rows, "command": name, "targets": targets}
            step |= project.run(rows, name, targets)
            if name == "stamp" and len(targets) > 1:
                # Alembic loses rows over several targets at once; one after the other, it does not.
                at = rows
                for target in targets:
                    at = project.run(at, name, [target])["after"]
                step["one_by_one"] = at
            said.append(step)
        return {
            "case": number,
            "graph": shown,
            "redundant": graph.redundant,
            "marks": project.marks(),
            "steps": said,
        }
    finally:
        project.close()


def too_long(signum, frame):
    raise TimeoutError("it takes too long")


def main():
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, too_long)
    seed, first, end = (int(text) for text in sys.argv[1:4])
    for number in [int(text) for text in sys.argv[4:]] or range(first, end):
        print(json.dumps(case(seed, number)), flush=True)


main()
