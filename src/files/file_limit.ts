/**
 * How many files and connections this process may have open: RLIMIT_NOFILE of
 * getrlimit(2). Systems start programs with a low soft limit, for the sake of
 * select(2), and let them raise it to the hard one.
 *
 * @module
 */
const LIBRARIES = [
  "libc.so.6",
  "libc.musl-x86_64.so.1",
  "libc.musl-aarch64.so.1",
];
const RLIMIT_NOFILE = 7; // sys/resource.h of Linux on x86-64 and aarch64

/** Raises the soft limit to the hard one; gives it, or undefined where it cannot be read. */
export function raiseFileLimit(): number | undefined {
  return withLibrary(({ getrlimit, setrlimit }) => {
    const limits = new BigUint64Array(2); // soft, hard
    if (getrlimit(RLIMIT_NOFILE, limits) !== 0) return undefined;
    const [soft = 0n, hard = 0n] = limits;
    if (soft >= hard) return Number(soft);
    const raised = BigUint64Array.of(hard, hard);
    const failed = setrlimit(RLIMIT_NOFILE, raised) !== 0;
    return Number(failed ? soft : hard);
  });
}

/** The code for why no file can be opened now, such as EMFILE; undefined: one can. */
export function openFault(): string | undefined {
  try {
    Deno.openSync("/dev/null").close();
    return undefined;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return code === "EMFILE" || code === "ENFILE" ? code : undefined;
  }
}

interface Library {
  getrlimit(resource: number, limits: BigUint64Array<ArrayBuffer>): number;
  setrlimit(resource: number, limits: BigUint64Array<ArrayBuffer>): number;
}

function withLibrary<T>(use: (library: Library) => T): T | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const name of LIBRARIES) {
    try {
      const library = Deno.dlopen(name, {
        getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
        setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
      });
      const result = use(library.symbols);
      library.close();
      return result;
    } catch {
      // not this library
    }
  }
  return undefined;
}
