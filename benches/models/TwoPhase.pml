/* Two-phase commit: the state graph of TwoPhase.tla. One process with one control state, so that a state of SPIN
 * is a state of the model; every option is one d_step, so that a transition is a transition. spin -DN=8; N is at most 8.
 *
 * rm         two bits a resource manager: 0 working, 1 prepared, 2 committed, 3 aborted
 * tm         the transaction manager: 0 init, 1 committed (and Commit sent), 2 aborted (and Abort sent)
 * known      whom the transaction manager knows to be prepared, a bit each
 * sent       who has sent Prepared, a bit each
 */
#define EVERYBODY ((1 << N) - 1)

int rm = 0;
byte tm = 0;
short known = 0;
short sent = 0;

#define STATE(i) ((rm >> (2 * i)) & 3)

/* No resource manager is committed while another is aborted. */
#define PLACES 21845 /* 0101 0101 0101 0101 */
#define COMMITTED ((rm >> 1) & ~rm & PLACES)
#define ABORTED ((rm >> 1) & rm & PLACES)
#define BECOME(i, what) rm = (rm & ~(3 << (2 * i))) | (what << (2 * i)); assert(!COMMITTED || !ABORTED)

#define MANAGER(i) \
    :: d_step { tm == 0 && (sent & (1 << i)) -> known = known | (1 << i) } \
    :: d_step { STATE(i) == 0 -> BECOME(i, 1); sent = sent | (1 << i) } \
    :: d_step { STATE(i) == 0 -> BECOME(i, 3) } \
    :: d_step { tm == 1 -> BECOME(i, 2) } \
    :: d_step { tm == 2 -> BECOME(i, 3) }

active proctype protocol() {
    do
    :: d_step { tm == 0 && known == EVERYBODY -> tm = 1 }
    :: d_step { tm == 0 -> tm = 2 }
    MANAGER(0)
    MANAGER(1)
#if N > 2
    MANAGER(2)
#endif
#if N > 3
    MANAGER(3)
#endif
#if N > 4
    MANAGER(4)
#endif
#if N > 5
    MANAGER(5)
#endif
#if N > 6
    MANAGER(6)
#endif
#if N > 7
    MANAGER(7)
#endif
    od
}
