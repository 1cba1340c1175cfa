/** Contact links without a relay around them. @module */
import { systemRandom } from "../../src/base/random.ts";
import { type ShareOptions, Shares } from "../../src/sharing/shares.ts";
import { memoryRecords } from "./memory_records.ts";
import { TestTime } from "./test_time.ts";

const FINGERPRINT = "0123456789abcdef0123456789ABCDEF01234567";

export const CONTACT = `https://i.delta.chat/#${FINGERPRINT}&v=3` +
  "&i=8lMPS_oXZAN&s=x3lBkKqVZ2L&a=ann%40relay.example&n=Ann+B.";
export const GROUP = `OPENPGP4FPR:${FINGERPRINT}#a=ann%40relay.example` +
  "&g=Bike%20%3Cclub%3E&x=AbCdEf123&i=8lMPS_oXZAN&s=x3lBkKqVZ2L";
export const CHANNEL = `https://i.delta.chat#${FINGERPRINT}&v=3` +
  "&x=AbCdEf123&j=8lMPS_oXZAN&s=x3lBkKqVZ2L&a=ann@relay.example&b=News";

export async function testShares(
  options: Partial<ShareOptions> = {},
  store = memoryRecords(),
): Promise<{ shares: Shares; time: TestTime }> {
  const time = new TestTime();
  const shares = await Shares.open({
    store,
    clock: time,
    random: systemRandom,
    options: {
      reserved: () => ["wanted"],
      maxAgeSeconds: () => 0,
      unusedSeconds: () => 0,
      ...options,
    },
    onUnreadable(collection) {
      throw new TypeError(`Cannot read ${collection}`);
    },
    reportBug(error) {
      throw error;
    },
  });
  return { shares, time };
}
