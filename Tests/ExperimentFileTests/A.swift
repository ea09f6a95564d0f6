import Testing
@testable import ExperimentFile
