/** What is wrong with the values of a YAML file, with the line where each stands. */
import type { PathProblem } from './forms.ts'
import { type Problem, UsageError } from './usageError.ts'
import type { YamlFile } from './yamlFile.ts'

const MAX_PROBLEMS = 10

/** The line that says it. Where the values are a patch over others, the patch (at `patch`) if the key stands there. */
export function located(yaml: YamlFile, { path, what }: PathProblem, patch: readonly string[] = []): Problem {
  const inBase = yaml.locate(path)
  const [text = '', todo] = what.split(/; (.*)/s)
  const problem = { file: yaml.file, what: text, ...(todo === undefined ? {} : { todo }) }
  if (patch.length > 0) {
    const inPatch = yaml.locate([...patch, ...path])
    if (inPatch.depth - patch.length >= inBase.depth) return { ...problem, line: inPatch.line, key: [...patch, ...path].join('.') }
  }
  return { ...problem, line: inBase.line, key: path.join('.') }
}

/** In order of lines, the first ten of them. */
export function refusalOf(yaml: YamlFile, problems: readonly Problem[]): UsageError {
  const inOrder = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const more = problems.length - MAX_PROBLEMS
  return new UsageError(...inOrder.slice(0, MAX_PROBLEMS), ...(more > 0 ? [{ file: yaml.file, what: `${more} more like these` }] : []))
}
