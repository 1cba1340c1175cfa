/** The operator's own pages as admins look at them: all of them, whether or not anybody visits. @module */
import { checkSite } from "../../api/overlay/site_tree.ts";
import type { OwnPages, OwnPagesReport } from "../../admin/own_pages.ts";
import type { Timers } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import { wwwDirectory } from "./overlay.ts";

export function ownPages(
  config: () => Config,
  timers: Pick<Timers, "sleep">,
): OwnPages {
  const running = new Map<string, Promise<OwnPagesReport | undefined>>();
  return {
    areShown: () => config().web.enabled,
    directory: () => wwwDirectory(config()) || undefined,
    fallsBack: () => config().web.overrideFallback,
    hasBrowserClient: () => config().webmail.browserClient,
    look(directory) {
      // rendering all of them is work: who asks meanwhile shares it
      const asked = running.get(directory);
      if (asked) return asked;
      const answer = lookAt(directory, timers)
        .finally(() => running.delete(directory));
      running.set(directory, answer);
      return answer;
    },
  };
}

async function lookAt(
  directory: string,
  timers: Pick<Timers, "sleep">,
): Promise<OwnPagesReport | undefined> {
  try {
    // the rest of the relay has a turn between two templates
    return await checkSite(directory, () => timers.sleep(0));
  } catch (error) {
    const isUnreadable = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied;
    if (!isUnreadable) throw error;
    return undefined;
  }
}
