---- MODULE HTML ----
(* HTML pages put together from strings. *)
LOCAL INSTANCE Sequences
LOCAL INSTANCE SequencesExt

\* args: pairs <<part, replacement>>, each done once
StringFill(string, args) ==
  FoldLeft(LAMBDA text, a : ReplaceFirstSubSeq(a[2], a[1], text), string, args)

\* the strings joined by the separator (none after an empty beginning)
StringSeqToString(string_seq, separator) ==
  FoldLeft(LAMBDA text, s : IF text = "" THEN s ELSE text \o separator \o s, "", string_seq)

LOCAL Lines(parts) == StringSeqToString(parts, "\n")
LOCAL Quoted(text) == "\"" \o text \o "\""

HTMLDocument(header, body, list_of_scripts) ==
  Lines(<<"<!DOCTYPE html>", "<html>", header, body, Lines(list_of_scripts), "</html>">>)

HTMLClass(classname, attribute_list) ==
  Lines(<<classname \o " {", Lines(attribute_list), "}">>)

HTMLAttribute(name, value) == name \o ": " \o value \o ";"

HTMLDefaultStyle ==
  Lines(<<HTMLClass(".default_grid", <<HTMLAttribute("display", "grid")>>),
          HTMLClass(".default_box", <<HTMLAttribute("border", "1px solid black")>>),
          HTMLClass(".default_circle", <<HTMLAttribute("border-radius", "50%")>>)>>)

HTMLStyleSheet(class_list) ==
  Lines(<<"<style type=" \o Quoted("text/css") \o ">", HTMLDefaultStyle,
          Lines(class_list), "</style>">>)

HTMLScriptFile(name) == "<script src=" \o Quoted(name) \o "></script>"

HTMLScript(children) == Lines(<<"<script>", Lines(children), "</script>">>)

HTMLLink(name, type) == "<link href=" \o Quoted(name) \o " rel=" \o Quoted(type) \o "/>"

HTMLHeader(title, list_of_links, class_list) ==
  Lines(<<"<head>", "<meta charset=" \o Quoted("UTF-8") \o ">",
          "<title>" \o title \o "</title>", Lines(list_of_links),
          HTMLStyleSheet(class_list), "</head>">>)

HTMLBody(body) == Lines(<<"<body>", body, "</body>">>)

HTMLFrame(id, children) ==
  Lines(<<"<div id=" \o Quoted(id) \o ">", Lines(children), "</div>">>)

LOCAL Classes(default, list) == Quoted(default \o " " \o StringSeqToString(list, " "))

HTMLGridContainer(id, class_list, children) ==
  Lines(<<"<div id=" \o Quoted(id) \o " class=" \o Classes("default_grid", class_list) \o ">",
          Lines(children), "</div>">>)

HTMLBox(id, class_list, size, children) ==
  Lines(<<"<div id=" \o Quoted(id) \o " class=" \o Classes("default_box", class_list)
            \o " style=" \o Quoted(size) \o ">",
          Lines(children), "</div>">>)

HTMLCircle(id, class_list, size, children) ==
  HTMLBox(id, <<"default_circle">> \o class_list, size, children)

HTMLText(id, text) == Lines(<<"<span id=" \o Quoted(id) \o ">", text, "</span>">>)

HTMLSVG(id, viewBox, size, svgString) ==
  Lines(<<"<svg id=" \o Quoted(id) \o " viewBox=" \o Quoted(viewBox)
            \o " style=" \o Quoted(size) \o ">", svgString, "</svg>">>)

HTMLSize(width, height) == HTMLAttribute("width", width) \o " " \o HTMLAttribute("height", height)

HTMLNewLine == "<br>"

HTMLFlexCenterAttributes ==
  Lines(<<HTMLAttribute("display", "flex"), HTMLAttribute("align-items", "center"),
          HTMLAttribute("justify-content", "center")>>)

LOCAL Element(id) == "document.getElementById(" \o Quoted(id) \o ")"

HTMLJSLineElems(fromID, destID) == Element(fromID) \o ", " \o Element(destID)

HTMLJSLine(fromID, destID, color, size) ==
  "new LeaderLine(" \o HTMLJSLineElems(fromID, destID)
    \o ", {color: '" \o color \o "', size: " \o size \o "})"

HTMLJSLineDash(fromID, destID, color, size) ==
  "new LeaderLine(" \o HTMLJSLineElems(fromID, destID)
    \o ",  {color: '" \o color \o "', size: " \o size \o ", dash: true})"

HTMLJSKeyListener(events) ==
  Lines(<<"window.onkeyup = function(event) {", "let key = event.key.toUpperCase();",
          Lines(events), "}">>)

HTMLJSNavigationKey(key, file) ==
  Lines(<<"if(key == '" \o key \o "'){",
          "window.location.replace(" \o Quoted(file) \o ");", "}">>)
====
