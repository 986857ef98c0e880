package io.ostinato.torchscript;

/** Thrown for code that doesn't follow the known syntax of serialized TorchScript. */
final class CodeSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CodeSyntaxException(String message) {
    super(message);
  }
}
