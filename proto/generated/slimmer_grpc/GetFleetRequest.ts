// Original file: slimmer_grpc/reader.proto


export interface GetFleetRequest {
}

export interface GetFleetRequestOutput {
}
