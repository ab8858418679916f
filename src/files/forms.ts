/** How values of a scenario file go together: maps with known keys, maps by name, one or many, one of several forms. */
import { z } from 'zod'
import { isName, NAME_RULE } from './names.ts'
import { suggestion } from './usageError.ts'

/** A map with these keys only. The message of unknown keys has a line for each, in their order. */
export function keys<T extends z.core.$ZodLooseShape>(shape: T) {
  const allowed = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return (issue.keys as string[]).map((key) => `unknown key; ${suggestion(key, allowed)}`).join('\n')
      return issue.code === 'invalid_type' ? notAMap(issue.input, allowed) : undefined
    },
  })
}

function notAMap(input: unknown, allowed: readonly string[]): string {
  if (input === undefined) return `is missing; a map with the keys ${allowed.join(', ')}`
  return `${input === null ? 'has no value' : 'is not a map'}; write {} for all defaults, or the keys ${allowed.join(', ')}`
}

/** A map by name. */
export function byName<T extends z.ZodType>(description: string, value: T) {
  return z
    .record(
      z
        .string()
        .refine(isName, { error: `is not a name; ${NAME_RULE}` })
        .meta({ pattern: '^[a-zA-Z0-9_~-]+$' }),
      value,
      { error: (issue) => (issue.code === 'invalid_type' ? 'is not a map by name' : undefined) },
    )
    .describe(description)
}

/** One, or a list of them. */
export function oneOrMany<T>(description: string, one: z.ZodType<T>) {
  return z
    .unknown()
    .meta({ ...jsonSchemaOf(z.union([one, z.array(one)])), description })
    .transform((value, context): readonly T[] => {
      if (value === undefined || value === null) return failed(context, [{ path: [], what: value === null ? 'has no value' : 'is missing' }])
      if (Array.isArray(value) && value.length === 0) return failed(context, [{ path: [], what: 'is an empty list' }])
      const parsed = z.array(one).safeParse(Array.isArray(value) ? value : [value])
      if (parsed.success) return parsed.data
      return failed(
        context,
        problemsIn(parsed.error).map(({ path, what }) => ({ path: Array.isArray(value) ? path : path.slice(1), what })),
      )
    })
}

interface Forms<T> {
  readonly description: string
  /** Taken where the value is no map. */
  readonly plain?: z.ZodType<T>
  /** One key, and what stands under it. */
  readonly forms: Readonly<Record<string, z.ZodType<T>>>
}

/** `{uniform: …}`, `{logNormal: …}`: a map with exactly one of these keys, or a plain value. */
export function oneOf<T>({ description, plain, forms }: Forms<T>) {
  const names = Object.keys(forms)
  const shapes: z.ZodType[] = [...(plain ? [plain] : []), ...Object.entries(forms).map(([key, form]) => z.strictObject({ [key]: form }))]
  return z
    .unknown()
    .meta({ ...jsonSchemaOf(z.union(shapes)), description })
    .transform((value, context): T => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        if (plain === undefined) return failed(context, [{ path: [], what: `is not a map; write one of the keys ${names.join(', ')}` }])
        const parsed = plain.safeParse(value)
        return parsed.success ? parsed.data : failed(context, problemsIn(parsed.error))
      }
      const found = Object.keys(value)
      const [key = ''] = found
      const form = Object.hasOwn(forms, key) ? forms[key] : undefined
      if (found.length !== 1) return failed(context, [{ path: [], what: `has ${found.length} keys; write one of ${names.join(', ')}` }])
      if (form === undefined) return failed(context, [{ path: [key], what: `unknown key; ${suggestion(key, names)}` }])
      const parsed = form.safeParse(Object.values(value)[0])
      return parsed.success ? parsed.data : failed(context, problemsIn(parsed.error, [key]))
    })
}

export interface PathProblem {
  readonly path: readonly (string | number)[]
  readonly what: string
}

/** What a transform returns when it found these. */
export function failed(context: z.RefinementCtx, problems: readonly PathProblem[]): never {
  for (const { path, what } of problems) context.issues.push({ code: 'custom', message: what, path: [...path], input: context.value })
  return z.NEVER
}

/** Every problem of a failed parse with the path of the key it is about. */
export function problemsIn(error: z.ZodError, above: readonly string[] = []): PathProblem[] {
  return error.issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
    if (issue.code === 'unrecognized_keys') {
      const texts = issue.message.split('\n')
      return issue.keys.map((key, i) => ({ path: [...path, key], what: texts[i] ?? 'unknown key' }))
    }
    if (issue.code === 'invalid_key') return [{ path, what: issue.issues[0]?.message ?? issue.message }]
    return [{ path, what: issue.message }]
  })
}

function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
