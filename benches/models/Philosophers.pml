/* Dining philosophers who take the fork with the smaller number first: the state graph of Philosophers.tla. One
 * process with one control state, an option a philosopher, each one d_step: SPIN's states and transitions are the
 * model's. spin -DN=10; N is at most 10.
 *
 * phases     three bits a philosopher: 0 thinking, 1 hungry, 2 holding, 3 eating, 4 leaving
 * table      the forks that nobody holds, a bit each
 */
int phases = 0;
short table = (1 << N) - 1;

#define PHASE(p) ((phases >> (3 * (p))) & 7)
#define NEXT(p) ((p + 1) % N)
#define PREVIOUS(p) ((p + N - 1) % N)
#define FIRST(p) (p == N - 1 -> 1 : 1 << p)
#define SECOND(p) (p == N - 1 -> 1 << p : 1 << NEXT(p))

/* Hungry needs the first fork, holding the second; every step but the first moves the one or the other. */
#define CAN(p) (PHASE(p) == 1 -> table & FIRST(p) : (PHASE(p) == 2 -> table & SECOND(p) : 1))
#define MOVED(p) (PHASE(p) == 0 -> 0 : ((PHASE(p) & 1) -> FIRST(p) : SECOND(p)))
#define ALONE(p) (PHASE(p) != 3 || (PHASE(NEXT(p)) != 3 && PHASE(PREVIOUS(p)) != 3))

#define PHILOSOPHER(p) \
    :: d_step { \
        CAN(p) -> \
        table = table ^ MOVED(p); \
        phases = (PHASE(p) == 4 -> phases & ~(7 << (3 * p)) : phases + (1 << (3 * p))); \
        assert(ALONE(p)) \
    }

active proctype dinner() {
    do
    PHILOSOPHER(0)
    PHILOSOPHER(1)
#if N > 2
    PHILOSOPHER(2)
#endif
#if N > 3
    PHILOSOPHER(3)
#endif
#if N > 4
    PHILOSOPHER(4)
#endif
#if N > 5
    PHILOSOPHER(5)
#endif
#if N > 6
    PHILOSOPHER(6)
#endif
#if N > 7
    PHILOSOPHER(7)
#endif
#if N > 8
    PHILOSOPHER(8)
#endif
#if N > 9
    PHILOSOPHER(9)
#endif
    od
}
