//! Parses every `.tla` file below the given folders or files, prints faults and a summary.

use std::path::{Path, PathBuf};
use tla_parser::{parse::parse_file, source::SourceMap};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            collect(&entry.path(), files);
        }
    } else if path.extension().is_some_and(|e| e == "tla") {
        files.push(path.to_path_buf());
    }
}

fn main() {
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        collect(Path::new(&argument), &mut files);
    }
    files.sort();
    let (mut wrong, mut lines) = (0, 0);
    let mut seconds = 0.0;
    for path in &files {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let mut sources = SourceMap::new();
        let file = sources.add(path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
        lines += sources.file(file).text.lines().count();
        let start = std::time::Instant::now();
        let parsed = parse_file(&sources, file);
        seconds += start.elapsed().as_secs_f64();
        if !parsed.diagnostics.is_empty() || parsed.modules.is_empty() {
            wrong += 1;
            println!("{}: {} modules", path.display(), parsed.modules.len());
            for d in parsed.diagnostics.iter().take(3) {
                let place = d.primary.as_ref().map(|l| sources.describe(l.span)).unwrap_or_default();
                println!("  {} {place} {}", d.code, d.message);
            }
        }
    }
    println!("{} files, {wrong} with faults, {lines} lines in {:.1} ms", files.len(), seconds * 1e3);
}
