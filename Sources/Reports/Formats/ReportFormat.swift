public import Model

/// A way to write a record down.
///
/// A format is one file in this folder, and is listed in `Reports.all`.
public protocol ReportFormat: SendableMetatype {
  /// What `--format` calls it.
  static var name: String { get }
  /// The file in a run's folder that it is written to; nil if it is only printed.
  static var fileName: String? { get }

  /// The record in this format; pure, and the same text for the same record.
  static func render(_ record: Record) throws -> String
}

/// The formats that a record can be written in.
public enum Reports {
  /// Every format.
  public static let all: [any ReportFormat.Type] = [
    JSONReport.self, MarkdownReport.self, TerminalSummary.self,
  ]

  /// The format of a name, if there is one.
  public static func format(named name: String) -> (any ReportFormat.Type)? {
    all.first { $0.name == name }
  }
}
