import { cpSync } from 'node:fs'
import { AssetHashType } from 'aws-cdk-lib'
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda'
import { buildSync } from 'esbuild'

/**
 * A function's code: one ES module, made from `lambdas/<name>/handler.ts` by esbuild in this process. (NodejsFunction
 * would start npm and esbuild anew for each function, which takes seconds of every local deployment.)
 * @param folders folders of the repository that it reads, put beside the module under their own names
 */
export function bundledCode(name: string, folders: readonly string[] = []): Code {
  const folder = `lambdas/${name}`
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Named because it has to be; the build below never needs a container.
      image: Runtime.NODEJS_24_X.bundlingImage,
      local: {
        tryBundle(outputDir: string): boolean {
          bundle(`${folder}/handler.ts`, `${outputDir}/index.mjs`)
          for (const beside of folders) cpSync(beside, `${outputDir}/${beside}`, { recursive: true })
          return true
        },
      },
    },
  })
}

function bundle(entry: string, outfile: string): void {
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ES modules first: they are smaller once what nobody calls is left out.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // The Kafka client reads its checksums' WebAssembly from a file beside it; this build of it has the bytes inside.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    // Everything goes in, the SDK too: the runtime's own copy changes without notice. avsc and ioredis are CommonJS
    // inside and require Node's modules, which an ES module cannot.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require=makeRequire(import.meta.url);",
    },
  })
}
