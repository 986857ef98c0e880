package io.ostinato.torchscript;

/** Names with dots. */
final class QualifiedName {
  private QualifiedName() {}

  /** A name that an expression is, as in {@code torch.add}; empty if it is something else. */
  static String of(Expression expression) {
    if (expression instanceof Expression.Name name) {
      return name.text();
    }
    if (expression instanceof Expression.Attribute attribute) {
      String head = of(attribute.of());
      return head.isEmpty() ? "" : head + "." + attribute.name();
    }
    return "";
  }
}
