/// The version of both programs; raised with each release in CHANGELOG.md.
public enum JennerVersion {
  /// The version, after semver.org.
  public static let text = "0.1.0"
}
