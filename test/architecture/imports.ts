import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isMissing } from '#local/state.ts'

/** What the code of a top-level folder may import of ours, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  adapters: ['domain'],
  feeds: ['domain'],
  lambdas: ['domain', 'adapters', 'feeds'],
  lib: ['domain'],
  dashboards: ['domain'],
  local: ['domain', 'adapters', 'feeds', 'lambdas', 'dashboards', 'bin'],
  bin: ['domain', 'adapters', 'feeds', 'lambdas', 'lib', 'dashboards', 'local'],
  test: ['domain', 'adapters', 'feeds', 'lambdas', 'lib', 'dashboards', 'local', 'bin'],
}

/** Clients of the outside: only adapters and the local platform speak to it. */
const CLIENT = /^(ioredis|@platformatic\/kafka|avsc|@aws-sdk\/|@smithy\/|@aws-crypto\/|aws-msk-iam)/
const MAY_HOLD_CLIENTS = ['adapters', 'local', 'test']

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'"();]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm
const VAGUE = /^(utils?|helpers?|common|misc|shared)(\.[a-z]+)?$/

/** Every violation of the house's rules below `root`, as a sentence: which file, which rule. */
export function violations(root: string): readonly string[] {
  return Object.keys(MAY_IMPORT)
    .flatMap((folder) => filesBelow(join(root, folder)))
    .flatMap((file) => [...vagueNames(root, file), ...forbiddenImports(root, file)])
}

function forbiddenImports(root: string, file: string): readonly string[] {
  if (!/\.m?tsx?$/.test(file)) return []
  const path = relative(root, file)
  const [folder = ''] = path.split('/')
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, from, dynamic]) => {
    const specifier = from ?? dynamic ?? ''
    const target = targetOf(root, file, specifier)
    if (target === undefined) {
      if (folder === 'domain' && specifier !== 'zod')
        return [`${path} imports ${specifier}: domain holds zod and nothing else`]
      if (CLIENT.test(specifier) && !MAY_HOLD_CLIENTS.includes(folder))
        return [`${path} imports ${specifier}: clients stand only in adapters and local`]
      return []
    }
    if (target === folder || MAY_IMPORT[folder]?.includes(target)) return []
    return [`${path} imports ${specifier}: ${folder} may not import ${target}`]
  })
}

/** The top-level folder that a specifier leads to; undefined for packages. */
function targetOf(root: string, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1).split('/')[0]
  if (!specifier.startsWith('.')) return undefined
  return relative(root, resolve(dirname(file), specifier)).split('/')[0]
}

/** The module of Glue's own library that jobs import by this name. */
const NAMED_BY_AWS = ['local/bridges/glue/job_library/awsglue/utils.py']

const vagueNames = (root: string, file: string): readonly string[] =>
  NAMED_BY_AWS.includes(relative(root, file))
    ? []
    : relative(root, file)
        .split('/')
        .filter((name) => VAGUE.test(name))
        .map((name) => `${relative(root, file)}: ${name} says nothing`)

function filesBelow(folder: string): readonly string[] {
  const ignored = ['node_modules', 'dist', '.venv', '__pycache__']
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      ignored.includes(entry.name)
        ? []
        : entry.isDirectory()
          ? filesBelow(join(folder, entry.name))
          : [join(folder, entry.name)],
    )
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
