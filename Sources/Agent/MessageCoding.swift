internal import FoundationEssentials
public import Model

/// Messages as lines of JSON.
public enum MessageCoding {
  /// Reads a request; the error is a sentence for the runner.
  public static func request(from line: [UInt8]) throws(Refusal) -> RequestMessage {
    do {
      return try JSONDecoder().decode(RequestMessage.self, from: Data(line))
    } catch {
      throw Refusal("\(error)".limited)
    }
  }

  /// Writes a reply, without the end of the line.
  public static func line(of reply: ReplyMessage) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(reply))
    } catch {
      // Only a number that is no number can't be written; the request is answered all the same.
      let refusal = ReplyMessage(
        number: reply.number, reply: .refused(Refusal("the answer has no JSON: \(error)")))
      return (try? Array(encoder.encode(refusal))) ?? []
    }
  }
}
