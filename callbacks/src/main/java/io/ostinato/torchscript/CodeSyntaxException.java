package io.ostinato.torchscript;

/** Code that is not as TorchScript writes it, as far as it is known here. */
final class CodeSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CodeSyntaxException(String message) {
    super(message);
  }
}
