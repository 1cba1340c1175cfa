/** Does something, and says what came of it. @module */
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";

/** Gives whether it was done. */
export async function attempt(
  work: () => Promise<unknown>,
  done?: string,
): Promise<boolean> {
  try {
    await work();
  } catch (error) {
    toast(errorText(error), "bad");
    return false;
  }
  if (done !== undefined) toast(done, "good");
  return true;
}
