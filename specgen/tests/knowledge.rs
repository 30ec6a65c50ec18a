//! Every snippet of the guides is what its guide says.
//!
//! A block ` ```tla ` is a module that can be used, `tla check=OUTCOME` has that outcome with the configuration in the
//! block ` ```cfg ` behind it, `tla fails=CODE` is refused with that code; in a block ` ```eval ` every line is true.

use specgen::mcp::GUIDES;
use specgen::workbench::check::CheckInput;
use specgen::workbench::eval::EvalInput;
use specgen::workbench::source::SpecInput;
use specgen::workbench::syntax::ParseInput;
use specgen::workbench::{Watch, Workbench};

/// A fenced block: what stands behind the fence, and the lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(guide: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in guide.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.to_owned(), text: String::new() }),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn try_out(bench: &Workbench, block: &Block, config: Option<&str>) -> Result<(), String> {
    let Block { info, text } = block;
    let spec = SpecInput::of_text(text.as_str());
    let mut check = CheckInput { spec: spec.clone(), ..CheckInput::default() };
    check.model.config = config.map(str::to_owned);
    match info.split_once(' ').map_or((info.as_str(), ""), |(kind, what)| (kind, what)) {
        ("tla", "") => {
            let parsed = bench.parse(&ParseInput { spec, ..ParseInput::default() }).map_err(|f| f.text())?;
            if parsed.ok { Ok(()) } else { Err(parsed.diagnostics[0].drawn.clone()) }
        }
        ("tla", what) => match (what.split_once('='), bench.check(&check, &Watch::silent())) {
            (Some(("check", wanted)), Ok(output)) if output.outcome.as_str() == wanted => match config {
                // What is shown as right must say something.
                Some(_) if wanted == "success" && output.distinct_states < 2 => {
                    Err("there is one state".into())
                }
                _ => Ok(()),
            },
            (Some(("check", wanted)), Ok(output)) => {
                Err(format!("{wanted} was promised: {}", output.summary))
            }
            (Some(("fails", code)), Err(failure)) if failure.diagnostics.iter().any(|d| d.code == code) => {
                Ok(())
            }
            (Some(("fails", code)), Ok(_)) => Err(format!("{code} was promised, and nothing is wrong")),
            (_, Err(failure)) => Err(failure.text()),
            _ => Err("what is promised?".into()),
        },
        ("eval", _) => {
            for line in text.lines() {
                let input = EvalInput { expression: line.to_owned(), ..EvalInput::default() };
                let output = bench.eval(&input, &Watch::silent()).map_err(|failure| failure.text())?;
                if output.value != "TRUE" {
                    return Err(format!("{line} is {}", output.value));
                }
            }
            Ok(())
        }
        (kind, _) => Err(format!("what is a block of {kind}?")),
    }
}

#[test]
fn every_snippet_is_what_its_guide_says() {
    let bench = Workbench::in_memory();
    let (mut tried, mut wrong) = (0, Vec::new());
    for guide in GUIDES {
        let blocks = blocks(guide.text);
        for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.info != "cfg") {
            let config = blocks.get(at + 1).filter(|next| next.info == "cfg").map(|next| next.text.as_str());
            tried += 1;
            if let Err(why) = try_out(&bench, block, config) {
                wrong.push(format!(
                    "{}: {} {}…\n{why}",
                    guide.name,
                    block.info,
                    block.text.lines().next().unwrap_or("")
                ));
            }
        }
        assert!(guide.text.starts_with("# ") && guide.text.len() > 1_000, "{} is no guide", guide.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(tried >= 18, "{tried} snippets");
}

#[test]
fn codes_that_guides_name_are_the_codes_that_the_snippets_have() {
    // A failed evaluation's code is promised by the paragraph above its block.
    let bench = Workbench::in_memory();
    let errors = GUIDES.iter().find(|guide| guide.name == "errors").expect("there is one").text;
    let mut seen = 0;
    for part in errors.split("\n**E").skip(1) {
        let code = format!("E{}", &part[..4]);
        let end = part.match_indices("\n```\n").next().map_or(part.len(), |(at, fence)| at + fence.len());
        let block = blocks(&part[..end]).pop().expect("has a block");
        let input = CheckInput { spec: SpecInput::of_text(block.text), ..CheckInput::default() };
        let told = match bench.check(&input, &Watch::silent()) {
            Ok(output) => output.violation.and_then(|violation| violation.code),
            Err(failure) => failure.diagnostics.first().map(|d| d.code.clone()),
        };
        assert_eq!(told.as_deref(), Some(code.as_str()));
        seen += 1;
    }
    assert!(seen >= 7, "{seen} codes");
}
