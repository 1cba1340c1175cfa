/** A site that connects back to nobody, and asks nobody to. @module */
import type { EchoBackend } from "../../src/api/doctor/backend.ts";

export const NO_ECHO: EchoBackend = {
  isOn: false,
  isPort: () => false,
  look: () => Promise.reject(new Error("nobody may be connected to")),
  challenge: () => Promise.resolve(undefined),
  isAsking: () => false,
};
