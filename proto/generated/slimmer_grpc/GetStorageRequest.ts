// Original file: slimmer_grpc/reader.proto


export interface GetStorageRequest {
}

export interface GetStorageRequestOutput {
}
