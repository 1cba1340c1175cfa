/** A directory for one test. @module */

/** Its path is absolute; it goes with all that is in it, however the test ends. */
export async function withDirectory(
  test: (directory: string) => unknown,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
