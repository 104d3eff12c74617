import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const STATIC = ['index.html', 'style.css', 'favicon.svg'] as const

/**
 * Builds the live page into a folder: index.html, main.js, theme.js, style.css and favicon.svg. Whoever serves it adds
 * config.json. @param outdir made where it is missing; files of the same names are replaced.
 */
export async function buildPage(outdir: string): Promise<void> {
  const here = import.meta.dirname
  await mkdir(outdir, { recursive: true })
  await build({
    absWorkingDir: here,
    entryPoints: { main: 'src/main.ts', theme: 'src/first-theme.ts' },
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox128', 'safari17.5'],
    legalComments: 'linked',
    logLevel: 'warning',
    tsconfig: 'tsconfig.json',
  })
  await Promise.all(STATIC.map((file) => cp(join(here, file), join(outdir, file))))
}

if (import.meta.main) {
  const [outdir] = process.argv.slice(2)
  if (outdir === undefined) {
    process.stderr.write('Say where the page goes: node dashboards/live/build.ts <outdir>\n')
    process.exitCode = 1
  } else await buildPage(outdir)
}
