/** A regime is a patch over the rest of its scenario: maps are merged, anything else is replaced, null takes a key away. */

type Values = Readonly<Record<string, unknown>>

export function patched(base: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const merged: Record<string, unknown> = isMap(base) && !isOtherForm(base, patch) ? { ...base } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = patched(merged[key], value)
  }
  return merged
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One value in another of its forms: a uniform distribution does not become half a log-normal one. */
const FORMS = ['uniform', 'logNormal', 'star', 'line']

function isOtherForm(base: Values, patch: Values): boolean {
  const [old = '', ...olds] = Object.keys(base)
  const [key = '', ...keys] = Object.keys(patch)
  return olds.length === 0 && keys.length === 0 && key !== old && FORMS.includes(old) && FORMS.includes(key)
}

/** The JSON Schema of patches of what `schema` describes: nothing is required, and null takes away. */
export function patchSchema(schema: Values): Values {
  const { required: _, default: __, oneOf, ...rest } = schema
  return {
    ...rest,
    // Without its kind a patch may be of several.
    ...(Array.isArray(oneOf) ? { anyOf: oneOf.map((each) => (isMap(each) ? patchSchema(each) : each)) } : {}),
    ...(isMap(schema.properties) ? { properties: Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, orNull(value)])) } : {}),
    ...(isMap(schema.additionalProperties) ? { additionalProperties: orNull(schema.additionalProperties) } : {}),
  }
}

function orNull(schema: unknown): Values {
  return { anyOf: [isMap(schema) ? patchSchema(schema) : {}, { type: 'null' }] }
}
