/**
 * Calls of the C library on sockets, where Deno has no method for them. Where
 * there is no such library they are absent, and whoever calls does without.
 *
 * @module
 */
const LIBRARIES = [
  "libc.so.6",
  "libc.musl-x86_64.so.1",
  "libc.musl-aarch64.so.1",
];

const SYMBOLS = {
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getdtablesize: { parameters: [], result: "i32" },
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
} as const;

export type CLibrary = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let loaded: { readonly symbols: CLibrary | undefined } | undefined;

/** undefined where there is none. */
export function cLibrary(): CLibrary | undefined {
  loaded ??= { symbols: openLibrary(SYMBOLS) };
  return loaded.symbols;
}

/** These calls of it; undefined where there is none that has them. */
export function openLibrary<Symbols extends Deno.ForeignLibraryInterface>(
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols>["symbols"] | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const name of LIBRARIES) {
    try {
      return Deno.dlopen(name, symbols).symbols;
    } catch {
      // not this library
    }
  }
  return undefined;
}
