//! Templates in the manner of Java's `String.format`, for CSV and IOUtils.

/// Fills the directives of a template: `%s`, `%1$s`, `%-10s`, `%05d`, `%.3s`, `%%`, `%n`.
///
/// # Errors
/// A directive is not known, or there is no argument for it.
pub(super) fn fill(template: &str, arguments: &[String]) -> Result<String, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let directive = &rest[at + 1..];
        let end = directive.find(|c: char| c.is_alphabetic() || c == '%');
        let Some(end) = end else {
            return Err(format!("`%{directive}` is not a directive"));
        };
        let (spec, tail) = directive.split_at(end);
        let mut tail = tail.chars();
        let conversion = tail.next().unwrap_or('%');
        rest = tail.as_str();
        match conversion {
            'n' => out.push('\n'),
            '%' => out.push('%'),
            's' | 'S' | 'd' => {
                let (place, spec) = match spec.split_once('$') {
                    Some((place, spec)) => match place.parse::<usize>() {
                        Ok(place) if place > 0 => (place - 1, spec),
                        _ => return Err(format!("`%{place}${spec}{conversion}` is not a directive")),
                    },
                    None => {
                        next += 1;
                        (next - 1, spec)
                    }
                };
                let Some(argument) = arguments.get(place) else {
                    return Err(format!(
                        "`%{spec}{conversion}` has no argument: there are {}",
                        arguments.len()
                    ));
                };
                out.push_str(&padded(argument, spec, conversion)?);
            }
            other => return Err(format!("`%{spec}{other}` is not a directive that is known here")),
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// An argument in the width that a directive asks for.
fn padded(argument: &str, spec: &str, conversion: char) -> Result<String, String> {
    let wrong = || format!("`%{spec}{conversion}` is not a directive that is known here");
    let mut width = spec;
    let (mut left, mut zeros) = (false, false);
    while let Some(flag) = width.chars().next() {
        match flag {
            '-' => left = true,
            '0' => zeros = true,
            _ => break,
        }
        width = &width[1..];
    }
    let (width, precision) = match width.split_once('.') {
        Some((width, precision)) => (width, Some(precision.parse::<usize>().map_err(|_| wrong())?)),
        None => (width, None),
    };
    let width = if width.is_empty() { 0 } else { width.parse::<usize>().map_err(|_| wrong())? };
    let mut text: String = argument.chars().take(precision.unwrap_or(usize::MAX)).collect();
    if conversion == 'S' {
        text = text.to_uppercase();
    }
    let missing = width.min(10_000).saturating_sub(text.chars().count());
    Ok(match (left, zeros) {
        (true, _) => text + &" ".repeat(missing),
        (false, true) => match text.strip_prefix('-') {
            Some(digits) => format!("-{}{digits}", "0".repeat(missing)),
            None => "0".repeat(missing) + &text,
        },
        (false, false) => " ".repeat(missing) + &text,
    })
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn directives() {
        let arguments = ["1".to_string(), "ab".to_string()];
        for (template, expected) in [
            ("%s;%s", "1;ab"),
            ("%2$s-%1$s-%2$s", "ab-1-ab"),
            ("100%%%n", "100%\n"),
            ("[%3s|%-3s]", "[  1|ab ]"),
            ("%03d", "001"),
            ("%2$.1S", "A"),
            ("none", "none"),
        ] {
            assert_eq!(fill(template, &arguments).as_deref(), Ok(expected), "{template}");
        }
        for template in ["%s%s%s", "%3$s", "%q", "50%", "%0$s"] {
            assert!(fill(template, &arguments).is_err(), "{template}");
        }
    }
}
