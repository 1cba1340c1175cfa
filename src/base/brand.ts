/** A number that cannot be mistaken for another kind of number. */
export type Brand<Name extends string> = number & { readonly brand: Name };

/** A text that has passed the check its name stands for. */
export type BrandedText<Name extends string> = string & {
  readonly brand: Name;
};
