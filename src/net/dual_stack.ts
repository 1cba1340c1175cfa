/**
 * Whether a socket on "::" takes IPv4 too. Deno has no option for it: it is up to
 * the system (IPV6_V6ONLY in ipv6(7)).
 *
 * @module
 */
export function takesIpv4Too(): boolean {
  try {
    const text = Deno.readTextFileSync("/proc/sys/net/ipv6/bindv6only");
    return text.trim() !== "1";
  } catch {
    return true; // the default everywhere
  }
}
