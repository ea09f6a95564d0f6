internal import FoundationEssentials
public import Model

/// The record itself as JSON: sorted keys, a line for each member and for each sample.
public enum JSONReport: ReportFormat {
  public static let name = "json"
  public static let fileName: String? = "record.json"

  /// Renders a record so that `read` gives it back, to the microsecond.
  ///
  /// - Throws: what JSONEncoder throws; no value of a record makes it.
  public static func render(_ record: Record) throws -> String {
    try layOut(record)
  }

  /// Reads a record that `render` wrote.
  ///
  /// - Throws: `DecodingError` for text that is no record of this version.
  public static func read(_ text: String) throws -> Record {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Record.self, from: Data(text.utf8))
  }

  /// Any value of the model in the layout of `record.json`, such as a plan for `--out`.
  public static func layOut(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A number that is not finite has no JSON; a report must not be lost for the sake of one.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return JSONLayout.layOut(Array(try encoder.encode(value)))
  }
}
