import { installSpark } from '../spark.ts'

/** For Glue's bridge: installs Spark where it is not, and writes how to run a job as one line of JSON. */
const spark = await installSpark((doing) => process.stderr.write(`${doing}\n`))
process.stdout.write(`${JSON.stringify(spark)}\n`)
