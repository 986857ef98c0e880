package io.ostinato.notebook;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.ostinato.SimpleNames;

/** The rules of the house, for the rooms of this module. */
@AnalyzeClasses(
    packages = "io.ostinato",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeOthers.class
    })
@ArchTag("spark35")
class ArchitectureTest {
  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_ROOMS =
      slices().matching("io.ostinato.notebook.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ARROWS_GO_DOWNWARDS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.notebook..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ostinato.notebook..");

  /** It is loaded before the kernel, in every process that names the jar as an agent. */
  @ArchTest
  static final ArchRule THE_AGENT_NEEDS_NOTHING =
      noClasses()
          .that()
          .resideInAPackage("io.ostinato.notebook.agent")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.ostinato.notebook.agent", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule ONLY_ONE_ROOM_KNOWS_THE_KERNEL =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.notebook.jupyter")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dflib..");

  @ArchTest
  static final ArchRule ONLY_ONE_ROOM_KNOWS_ZEPPELIN =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ostinato.notebook.zeppelin")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.zeppelin..");

  @ArchTest static final ArchRule SIMPLE_NAMES_ARE_UNIQUE = SimpleNames.areUnique();

  /** Leaves out the tests of the other modules, and the libraries in the jar of the jobs. */
  static final class DoNotIncludeOthers implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar") && !location.contains("/io/ostinato/shaded/");
    }
  }
}
