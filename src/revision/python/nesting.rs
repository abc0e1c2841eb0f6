//! How deep a file is nested: whoever follows an expression goes down with it, and has only so much stack.
//!
//! In: the text of a file. Out: whether it goes deeper than Python itself would follow it.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Python's own limit for brackets in brackets, and for blocks in blocks.
const BRACKETS: usize = 200;

/// Links of chains such as `a + b + c`, over all open brackets. Python ends with a `RecursionError` before that.
const LINKS: usize = 6_000;

/// Whether it is too deep to be followed.
pub(super) fn too_deep(text: &str) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    // One entry for each open bracket: how long the chain in it has become.
    let mut open: Vec<usize> = vec![0];
    let (mut links, mut blocks) = (0, 0_usize);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                open.push(0);
                links += 1;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if open.len() > 1 {
                    links -= open.pop().unwrap_or_default() + 1;
                }
                // What follows a bracket hangs on it: `f()()()`.
                if let Some(chain) = open.last_mut() {
                    *chain += 1;
                    links += 1;
                }
            }
            TokenKind::Comma | TokenKind::Newline => {
                if let Some(chain) = open.last_mut() {
                    links -= std::mem::take(chain);
                }
            }
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            // Strings that stand side by side are one string.
            TokenKind::String | TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            _ => {
                if let Some(chain) = open.last_mut() {
                    *chain += 1;
                    links += 1;
                }
            }
        }
        if open.len() > BRACKETS || blocks > BRACKETS || links > LINKS {
            return true;
        }
    }
}
