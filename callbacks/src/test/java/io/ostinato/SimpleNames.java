package io.ostinato;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.HashMap;
import java.util.Map;

/** The rule that a class is known by its simple name, whatever its room. */
public final class SimpleNames {
  private SimpleNames() {}

  /** No two classes have one simple name; classes within others may. */
  public static ArchRule areUnique() {
    return ArchRuleDefinition.classes()
        .that()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should(new HaveNamesOfTheirOwn());
  }

  private static final class HaveNamesOfTheirOwn extends ArchCondition<JavaClass> {
    private final Map<String, String> rooms = new HashMap<>();

    HaveNamesOfTheirOwn() {
      super("have simple names that no other class has");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      String other = rooms.putIfAbsent(type.getSimpleName(), type.getPackageName());
      events.add(
          new SimpleConditionEvent(
              type,
              other == null || other.equals(type.getPackageName()),
              "%s is in %s, and in %s"
                  .formatted(type.getSimpleName(), other, type.getPackageName())));
    }
  }
}
