/** What a type of the code becomes in a line of the trace, and the compiler's word that a schema describes the same. */
import type { z } from 'zod'

/** A type with one name, to be found under `$defs`. */
export function named<T extends z.ZodType>(id: string, description: string, schema: T): T {
  return schema.meta({ id, description })
}

/** Written out so that a key that one side lacks, or has as an optional one, makes them differ. */
type Shape<T> = T extends bigint | Uint8Array
  ? string
  : T extends string | number
    ? Written<T>
    : T extends boolean | undefined
      ? T
      : T extends ReadonlyMap<infer _, infer V>
        ? { readonly byName: Shape<V> }
        : T extends readonly (infer E)[]
          ? { readonly list: Shape<E> }
          : string extends keyof T
            ? { readonly byName: Shape<T[string & keyof T]> }
            : { readonly [K in keyof T]-?: MayLack<T, K> extends true ? { readonly optional: Shape<Exclude<T[K], undefined>> } : Shape<T[K]> }

/** What is undefined is left out of a line. */
type MayLack<T, K extends keyof T> = Nothing extends Pick<T, K> ? true : undefined extends T[K] ? true : false

/** An object without keys: whatever may be left out of a type, it may be given for it. */
type Nothing = Record<never, never>

/** A literal stays, a brand or a pattern is any string. */
type Written<T extends string | number> = Nothing extends Record<T, true> ? (T extends string ? string : number) : T

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Fails to compile unless the schema's values and the code's are written alike. */
export function describes<Schema extends z.ZodType, Code>(
  ..._differs: Same<Shape<z.output<Schema>>, Shape<Code>> extends true ? [] : [schema: Shape<z.output<Schema>>, code: Shape<Code>]
): void {}
