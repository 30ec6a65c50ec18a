//! States as TLC's `-dump FILE` lists them: numbered, a conjunct a line. Steps are left out.

use super::{Form, Names, State, Step};
use std::io::{self, Write};

#[derive(Default)]
pub(super) struct Text {
    written: u64,
}

impl Form for Text {
    fn begin(&mut self, _: &mut dyn Write, _: &Names<'_>) -> io::Result<()> {
        Ok(())
    }

    fn state(
        &mut self,
        out: &mut dyn Write,
        names: &Names<'_>,
        state: &State<'_>,
        _: &[Step],
    ) -> io::Result<()> {
        self.written += 1;
        writeln!(out, "State {}:\n{}\n", self.written, state.text(names.variables))
    }

    fn end(&mut self, _: &mut dyn Write, _: &Names<'_>) -> io::Result<()> {
        Ok(())
    }
}
