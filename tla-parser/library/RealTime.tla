---- MODULE RealTime ----
(* Time bounds on actions, after chapter 9 of Specifying Systems. Hidden
   variables and real numbers put these formulas outside model checking. *)
EXTENDS Reals
VARIABLE now

RTBound(A, v, D, E) ==
  LET elapse(t)  == t' = IF ~(ENABLED <<A>>_v)' \/ <<A>>_v THEN 0 ELSE t + (now' - now)
      clock(t)   == t = 0 /\ [][elapse(t)]_<<t, v, now>>
      atMost(t)  == [](E \geq t)
      atLeast(t) == [][A => D \leq t]_v
  IN  \EE t : clock(t) /\ atMost(t) /\ atLeast(t)

RTnow(v) ==
  LET tick == now' \in {r \in Real : now < r} /\ UNCHANGED v
  IN  now \in Real /\ [][tick]_now /\ \A r \in Real : WF_now(tick /\ r < now')
====
