//! Lists the embedded modules (`library/*.tla`) for `include_str!`.

use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("library");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .map(|entries| entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    names.retain(|n| n.ends_with(".tla"));
    names.sort();
    let mut table = String::from("&[\n");
    for name in &names {
        let path = folder.join(name);
        table += &format!("    ({:?}, include_str!({:?})),\n", name.trim_end_matches(".tla"), path);
    }
    table += "]\n";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("library.rs"), table).unwrap();
}
