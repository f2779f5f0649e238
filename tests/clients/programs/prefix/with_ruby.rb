# The AWS SDK for Ruby, as Debian has it. It prints what the Python programs print.
require "aws-sdk-s3"
require "json"

S3 = Aws::S3::Client.new(endpoint: ENV.fetch("AWS_ENDPOINT_URL_S3"), force_path_style: true)

def read(key)
  S3.get_object(bucket: ENV.fetch("BUCKET"), key: key).body.read
end

def write(key)
  S3.put_object(bucket: ENV.fetch("BUCKET"), key: key, body: ENV.fetch("BODY"))
end

def attempt
  yield
  "was allowed"
rescue Aws::Errors::ServiceError => e
  "#{e.code}: #{e.message}"
end

write(ENV.fetch("OUT"))
refused = [attempt { read(ENV.fetch("OUTSIDE")) }, attempt { write(ENV.fetch("STRAY")) }]
puts JSON.generate(read: read(ENV.fetch("IN")), refused: refused)
