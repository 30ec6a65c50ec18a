---- MODULE SVG ----
(* Pictures as records: name, attrs (a function from strings to strings),
   children (a sequence of elements), innerText. *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC
LOCAL INSTANCE IOUtils

SVGElem(_name, _attrs, _children, _innerText) ==
  [name |-> _name, attrs |-> _attrs, children |-> _children, innerText |-> _innerText]

\* In the shapes numbers are integers; attrs adds attributes to those of the shape.

Line(x1, y1, x2, y2, attrs) ==
  SVGElem("line",
          [x1 |-> ToString(x1), y1 |-> ToString(y1),
           x2 |-> ToString(x2), y2 |-> ToString(y2)] @@ attrs, << >>, "")

Circle(cx, cy, r, attrs) ==
  SVGElem("circle",
          [cx |-> ToString(cx), cy |-> ToString(cy), r |-> ToString(r)] @@ attrs, << >>, "")

Rect(x, y, w, h, attrs) ==
  SVGElem("rect",
          [x |-> ToString(x), y |-> ToString(y),
           width |-> ToString(w), height |-> ToString(h)] @@ attrs, << >>, "")

Text(x, y, text, attrs) ==
  SVGElem("text", [x |-> ToString(x), y |-> ToString(y)] @@ attrs, << >>, text)

Image(x, y, width, height, href, attrs) ==
  SVGElem("image",
          ("xlink:href" :> href) @@
          [x |-> ToString(x), y |-> ToString(y),
           width |-> ToString(width), height |-> ToString(height)] @@ attrs, << >>, "")

Group(children, attrs) == SVGElem("g", attrs, children, "")

Svg(children, attrs) == SVGElem("svg", attrs, children, "")

\* a document with one child and the view box (vbX, vbY), vbW wide and vbH high
SVGDoc(children, vbX, vbY, vbW, vbH, attrs) ==
  Svg(<<children>>,
      ("viewBox" :> ToString(vbX) \o " " \o ToString(vbY) \o " " \o
                    ToString(vbW) \o " " \o ToString(vbH)) @@
      ("xmlns" :> "http://www.w3.org/2000/svg") @@
      ("xmlns:xlink" :> "http://www.w3.org/1999/xlink") @@ attrs)

\* native; the markup of an element
SVGElemToString(elem) == CHOOSE text \in STRING : TRUE

\* native; the place of the n-th of m nodes on a circle: center (cx, cy), radius r,
\* at the angle 2 pi n / m, coordinates rounded towards zero
NodeOfRingNetwork(cx, cy, r, n, m) == CHOOSE p \in [x : Int, y : Int] : TRUE

\* native; a place for each node of a drawing of the graph
NodesOfDirectedMultiGraph(nodes, edges, options) ==
  CHOOSE f \in [nodes -> [x : Int, y : Int]] : TRUE

\* the point one segment-th of the way along a line
PointOnLine(from, to, segment) ==
  [c \in {"x", "y"} |-> from[c] + ((to[c] - from[c]) \div segment)]

\* native, through Serialize; writes the file <prefix><number>.svg
SVGSerialize(svg, frameNamePrefix, frameNumber) ==
  Serialize(SVGElemToString(svg),
            frameNamePrefix \o ToString(frameNumber) \o ".svg",
            [format |-> "TXT", charset |-> "UTF-8",
             openOptions |-> <<"WRITE", "CREATE", "TRUNCATE_EXISTING">>])
====
