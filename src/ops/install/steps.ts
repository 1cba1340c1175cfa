/** What an installation consists of, as values; `carry_out.ts` does them. @module */

/** Whose a file is: root, or the service through its group, or the service alone. */
export type Owner = "root" | "group" | "service";

/** What a path belongs to; `uninstall` removes part by part. */
export const PARTS = [
  "service",
  "binary",
  "documents",
  "config",
  "data",
] as const;
export type Part = (typeof PARTS)[number];

interface InPart {
  readonly part: Part;
  readonly path: string;
  readonly mode: number;
  readonly owner: Owner;
}

export interface DirectoryStep extends InPart {
  readonly kind: "directory";
}

export interface FileStep extends InPart {
  readonly kind: "file";
  readonly text: string;
  /** The relay runs without it: that it cannot be written is a warning. */
  readonly optional?: true;
}

export interface BinaryStep extends InPart {
  readonly kind: "binary";
  /** The executable to copy. */
  readonly source: string;
}

/** A file that belongs to the operator once it is there. */
export interface ConfigStep extends InPart {
  readonly kind: "config";
  readonly text: string;
  /** The one that is there, with the keys that it lacks. */
  readonly completed?: {
    readonly text: string;
    readonly added: readonly string[];
  };
  /** What the one that is there says otherwise; then the text goes beside it. */
  readonly conflicts: readonly string[];
  /** In place of the one that is there, which is kept under another name. */
  readonly force: boolean;
}

export interface UserStep {
  readonly kind: "user";
  readonly name: string;
  readonly home: string;
}

/** Names all paths of the plan, before the first of them is made. */
export interface ManifestStep {
  readonly kind: "manifest";
  readonly path: string;
}

/** Gives what root has left in the state directory to the service. */
export interface HandOverStep {
  readonly kind: "hand_over";
  readonly path: string;
}

export interface UnitsStep {
  readonly kind: "read_units" | "enable" | "start";
  readonly unit: string;
}

export type Step =
  | DirectoryStep
  | FileStep
  | BinaryStep
  | ConfigStep
  | UserStep
  | ManifestStep
  | HandOverStep
  | UnitsStep;

/** For people, before anything is done. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "directory":
      return `directory ${step.path} (${access(step)})`;
    case "file":
      return `file ${step.path} (${access(step)})`;
    case "binary":
      return `program ${step.path}, a copy of ${step.source}`;
    case "config":
      return `configuration ${step.path}${
        step.completed && !(step.force && step.conflicts.length > 0)
          ? `, which lacks ${step.completed.added.join(", ")}`
          : ""
      } (${access(step)})`;
    case "user":
      return `system user and group ${step.name}, without a login`;
    case "manifest":
      return `list of what is installed, ${step.path}`;
    case "hand_over":
      return `owner of what is in ${step.path}`;
    case "read_units":
      return `systemd reads ${step.unit}`;
    case "enable":
      return `${step.unit} starts with the system`;
    case "start":
      return `${step.unit} runs`;
  }
}

const OWNERS: Readonly<Record<Owner, string>> = {
  root: "root",
  group: "root, read by the service",
  service: "the service",
};

function access({ mode, owner }: InPart): string {
  return `${mode.toString(8).padStart(4, "0")}, ${OWNERS[owner]}`;
}
