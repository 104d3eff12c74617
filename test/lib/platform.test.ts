// One file for all, because each test file has a process of its own, and synthesising the stages is what takes the time.
import './platform/data.ts'
import './platform/findings.ts'
import './platform/hot-path.ts'
import './platform/monitoring.ts'
import './platform/network.ts'
import './platform/rights.ts'
import './platform/serving.ts'
import './platform/streams.ts'
