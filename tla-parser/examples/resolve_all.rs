//! Resolves the modules in the files named on the command line and prints what is wrong.
use std::path::Path;
fn main() {
    let mut bad = 0;
    for arg in std::env::args().skip(1) {
        if let Err(rejected) =
            tla_parser::resolve::load_file(Path::new(&arg), &tla_parser::library::Library::new())
        {
            bad += 1;
            println!("{arg}:");
            for d in rejected.diagnostics.iter().filter(|d| d.is_error()).take(4) {
                let at = d.primary.as_ref().map(|p| rejected.sources.describe(p.span)).unwrap_or_default();
                println!("   {} {} {} ({})", d.code, at, d.message, d.help.clone().unwrap_or_default());
            }
        }
    }
    println!("{bad} rejected");
}
