/**
 * Looks a relay over: all checks side by side, each for a limited time. A check
 * that fails in a way that nobody expected is a finding too.
 *
 * @module
 */
import type { AdminContext } from "../../admin/context.ts";
import type {
  DoctorControl,
  DoctorOptions,
  Finding,
} from "../../admin/doctor_control.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf } from "../../base/system_errors.ts";
import type { Config } from "../../config/schema.ts";
import type { Dns } from "../../dns/answers.ts";
import { type Check, fail, skip, type World } from "./check.ts";
import { fullerLog } from "./remedies.ts";
import { CHECKS } from "./checks.ts";

const CHECK_MS = 45_000;

export interface DoctorParts {
  /** As it is now. */
  config(): Config;
  readonly configFile: string | undefined;
  readonly dns: Dns;
  readonly clock: Clock;
  readonly timers: Timers;
}

export class Doctor {
  readonly #parts: DoctorParts;
  readonly #asking = new Set<string>();

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  /** As operations see it. @param context Given when it is complete */
  control(context: () => AdminContext): DoctorControl {
    return {
      ids: CHECKS.flatMap(({ ids }) => ids),
      run: (options) => this.#run(context(), options),
      isAsking: (nonce) => this.#asking.has(nonce),
    };
  }

  async #run(
    context: AdminContext,
    { only, ...options }: DoctorOptions,
  ): Promise<readonly Finding[]> {
    const chosen = CHECKS.filter(({ ids }) =>
      only === undefined || ids.some((id) => only.includes(id))
    );
    const found = await Promise.all(
      chosen.map((check) => this.#look(check, context, options)),
    );
    return found.flat().filter(({ id }) =>
      only === undefined || only.includes(id)
    );
  }

  async #look(
    check: Check,
    context: AdminContext,
    options: Omit<DoctorOptions, "only">,
  ): Promise<readonly Finding[]> {
    const [id] = check.ids;
    const { live } = context;
    if ("lookLive" in check && live === undefined) {
      return check.ids.map((one) => skip(one, "no server runs"));
    }
    const controller = new AbortController();
    const world = {
      ...this.#parts,
      config: this.#parts.config(),
      context,
      options,
      asking: this.#asking,
      signal: controller.signal,
    };
    const late = Promise.withResolvers<readonly Finding[]>();
    const stop = this.#parts.timers.every(CHECK_MS, () => {
      if (!controller.signal.aborted) return controller.abort();
      late.resolve([tooLate(id, world)]);
    });
    try {
      const work = "look" in check
        ? Promise.try(() => check.look(world))
        : Promise.try(() => check.lookLive({ ...world, live: live! }));
      work.catch(() => {}); // it may fail when nobody waits any more
      return await Promise.race([work, late.promise]);
    } catch (error) {
      if (controller.signal.aborted) return [tooLate(id, world)];
      return [fail(id, wordsOf(error), lookAtTheLog(world))];
    } finally {
      stop();
      controller.abort();
    }
  }
}

function lookAtTheLog(world: World): string {
  return `${fullerLog(world)}, then postern doctor again and postern logs`;
}

function tooLate(id: string, world: World): Finding {
  return fail(
    id,
    `It did not end within ${CHECK_MS / 1000} seconds`,
    lookAtTheLog(world),
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Refusal ? error.message : reasonOf(error);
}
