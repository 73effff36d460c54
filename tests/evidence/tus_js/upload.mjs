// What any program would write with tus-js-client: node upload.mjs '{"file": …, "endpoint" or "uploadUrl": …}'
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const task = JSON.parse(process.argv[2])
const seen = { chunks: 0, url: null }

const finish = (outcome) => {
  console.log(JSON.stringify({ ...seen, ...outcome }))
}

const upload = new Upload(readFileSync(task.file), {
  endpoint: task.endpoint,
  uploadUrl: task.uploadUrl,
  metadata: task.sha256 ? { filename: 'photo.jpg', sha256: task.sha256 } : {},
  headers: { Authorization: `Bearer ${task.bearer}` },
  chunkSize: task.chunkSize,
  retryDelays: [0, 100, 200],
  onUploadUrlAvailable: () => {
    seen.url = upload.url
  },
  onChunkComplete: () => {
    seen.chunks += 1
    if (seen.chunks === task.stopAfter) {
      upload.abort(task.terminate === true).then(() => finish({ outcome: 'stopped' }))
    }
  },
  onSuccess: () => finish({ outcome: 'done' }),
  onError: (error) => finish({ outcome: 'failed', status: error.originalResponse?.getStatus() }),
})
upload.start()
