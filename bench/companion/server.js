// Uppy Companion as its documentation sets it up for S3, on a free port of this machine alone.
// It prints the port, and ends when its standard input does.
import * as companion from '@uppy/companion'
import express from 'express'
import session from 'express-session'

const { BUCKET, REGION, KEY_ID, SECRET, TOKEN, EXPIRES, PLACE } = process.env

const options = {
  secret: 'the sessions of a benchmark',
  server: { host: '127.0.0.1', protocol: 'http' },
  filePath: PLACE,
  corsOrigins: true,
  uploadUrls: [`https://${BUCKET}.s3.${REGION}.amazonaws.com`],
  metrics: false,
  s3: {
    bucket: BUCKET,
    region: REGION,
    endpoint: 'https://{service}.{region}.amazonaws.com',
    key: KEY_ID,
    secret: SECRET,
    sessionToken: TOKEN,
    expires: Number(EXPIRES),
    getKey: ({ filename }) => filename,
  },
}

const app = express()
app.get('/nothing', (_, response) => response.json({})) // what a request costs without Companion
app.use(express.json())
app.use(session({ secret: options.secret, resave: false, saveUninitialized: false }))
app.use(companion.app(options).app)
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => process.exit(0))
