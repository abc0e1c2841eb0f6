//! A call in Python: on one line, or an argument on each.

/// The longest line.
const WIDTH: usize = 100;

/// A call that is being written.
#[derive(Debug)]
pub(super) struct Call {
    function: String,
    arguments: Vec<String>,
}

impl Call {
    pub(super) fn new(function: &str) -> Self {
        Self {
            function: function.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// An expression by its position.
    pub(super) fn arg(mut self, expression: impl Into<String>) -> Self {
        self.arguments.push(expression.into());
        self
    }

    /// Expressions by their position.
    pub(super) fn args(mut self, expressions: impl IntoIterator<Item = String>) -> Self {
        self.arguments.extend(expressions);
        self
    }

    /// An expression by its name.
    pub(super) fn option(self, name: &str, expression: impl AsRef<str>) -> Self {
        let expression = expression.as_ref();
        self.arg(format!("{name}={expression}"))
    }

    /// An expression by its name, if there is one.
    pub(super) fn optional(self, name: &str, expression: Option<impl AsRef<str>>) -> Self {
        match expression {
            Some(expression) => self.option(name, expression),
            None => self,
        }
    }

    /// A switch, if it is on.
    pub(super) fn switch(self, name: &str, on: bool) -> Self {
        if on { self.option(name, "True") } else { self }
    }

    pub(super) fn print(self) -> String {
        let Self { function, arguments } = self;
        let line = format!("{function}({})", arguments.join(", "));
        if line.chars().count() <= WIDTH && !line.contains('\n') {
            return line;
        }
        let mut out = format!("{function}(\n");
        for argument in arguments {
            // No literal has a newline of its own in it.
            out.push_str(&format!("    {},\n", argument.replace('\n', "\n    ")));
        }
        out.push(')');
        out
    }
}
