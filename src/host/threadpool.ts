/**
 * Each name that is looked up holds a thread until its servers answer, and libuv gives half of its threads to that: of its usual four, two
 * names whose servers are silent would keep all other targets from being looked up. A thread that waits costs some 10 kB; the first use fixes the number.
 */
process.env.UV_THREADPOOL_SIZE ??= "64"
