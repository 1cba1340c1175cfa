/**
 * What this program is called: its executable's name is also that of its unit,
 * its user and its directories, so that a copy under another name is another
 * service.
 *
 * @module
 */

/** As it is published. */
export const PRODUCT = "postern";

/** User names are the strictest: useradd(8), less what only some systems take. */
const SERVICE_NAME = /^[a-z][a-z0-9_-]{0,30}$/;

/** The name by which it was started, given the path of its executable. */
export function programName(executable: string): string {
  const name = executable.slice(executable.lastIndexOf("/") + 1);
  return /^[\w.-]{1,64}$/.test(name) ? name : PRODUCT;
}

/** Whether a unit, a user and directories may be called so. */
export function isServiceName(name: string): boolean {
  return SERVICE_NAME.test(name);
}

/** A text of ours as a program of another name says it. */
export function renamed(text: string, name: string): string {
  return name === PRODUCT
    ? text
    : text.replaceAll(new RegExp(`\\b${PRODUCT}\\b`, "g"), name);
}
