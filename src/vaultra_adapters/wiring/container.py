"""One container per process. Everything in it lives as long as the process; a unit of work is opened by its factory."""

import datetime as dt
from collections.abc import AsyncIterator

import dishka
from dishka import AsyncContainer, Provider, Scope, provide, provide_all
from sqlalchemy.ext.asyncio import AsyncEngine
from taskiq import AsyncBroker

from vaultra_adapters.clock import SystemClock
from vaultra_adapters.identity.argon2_hasher import Argon2Hasher
from vaultra_adapters.identity.google import OpenIdProvider
from vaultra_adapters.identity.jwt_tokens import (
    JwtAccessTokens,
    JwtConnectStates,
    JwtDeviceTokens,
    JwtRefreshTokens,
)
from vaultra_adapters.identity.signing import Signer
from vaultra_adapters.mail.compose import Composer
from vaultra_adapters.mail.folder import FolderMailer
from vaultra_adapters.mail.smtp import SmtpMailer
from vaultra_adapters.postgres.engine import API_STATEMENT_TIMEOUT, make_engine
from vaultra_adapters.postgres.event_acceptor import PostgresEventAcceptor
from vaultra_adapters.postgres.gate import PostgresGate
from vaultra_adapters.postgres.schema_check import PostgresSchemaCheck
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_adapters.queue.taskiq_queue import TaskiqJobQueue, make_broker
from vaultra_adapters.secrets.keyring import Keyring
from vaultra_adapters.settings import Settings
from vaultra_adapters.stripe.provider import StripeProvider
from vaultra_adapters.wiring.agent import Agent
from vaultra_adapters.wiring.knowledge import KnowledgeBase
from vaultra_adapters.wiring.members import Members
from vaultra_adapters.wiring.tokens import Tokens
from vaultra_core.ports.mail import Mailer
from vaultra_core.ports.payments import PaymentsProvider
from vaultra_core.ports.runtime import (
    AccessTokens,
    Clock,
    ConnectStates,
    DeviceTokens,
    JobQueue,
    PasswordHasher,
    RefreshTokens,
)
from vaultra_core.ports.secrets import SecretBox
from vaultra_core.ports.sessions import Gate
from vaultra_core.ports.sign_in import IdentityProvider
from vaultra_core.ports.storage import EventAcceptor, TenantUnitOfWorkFactory, UnitOfWorkFactory
from vaultra_core.use_cases.accept_path import AcceptPath
from vaultra_core.use_cases.apply_events import ApplyEvents
from vaultra_core.use_cases.ask_password_reset import AskPasswordReset
from vaultra_core.use_cases.ask_verification import AskVerification
from vaultra_core.use_cases.bring_up_to_date import BringUpToDate
from vaultra_core.use_cases.certify import Certify
from vaultra_core.use_cases.change_password import ChangePassword
from vaultra_core.use_cases.check_readiness import CheckReadiness, SchemaCheck
from vaultra_core.use_cases.check_session import CheckSession
from vaultra_core.use_cases.compute_metrics import ComputeMetrics
from vaultra_core.use_cases.compute_readiness import ComputeReadiness
from vaultra_core.use_cases.create_business import CreateBusiness
from vaultra_core.use_cases.decide_recommendation import DecideRecommendation
from vaultra_core.use_cases.disconnect_stripe import DisconnectStripe
from vaultra_core.use_cases.end_session import EndSession
from vaultra_core.use_cases.erase_business import EraseBusiness
from vaultra_core.use_cases.erase_user import EraseUser
from vaultra_core.use_cases.explain_score_change import ExplainScoreChange
from vaultra_core.use_cases.export_data import ExportData
from vaultra_core.use_cases.find_path import FindPath
from vaultra_core.use_cases.finish_connect import FinishConnect
from vaultra_core.use_cases.fold_days import FoldDays
from vaultra_core.use_cases.forget_expired import ForgetExpired
from vaultra_core.use_cases.generate_recommendations import GenerateRecommendations
from vaultra_core.use_cases.get_business import GetBusiness
from vaultra_core.use_cases.get_connection import GetConnection
from vaultra_core.use_cases.get_metrics import GetMetrics
from vaultra_core.use_cases.get_profile import GetProfile
from vaultra_core.use_cases.get_readiness import GetReadiness
from vaultra_core.use_cases.list_recommendations import ListRecommendations
from vaultra_core.use_cases.list_sessions import ListSessions
from vaultra_core.use_cases.log_in import LogIn
from vaultra_core.use_cases.log_out import LogOut
from vaultra_core.use_cases.log_out_everywhere import LogOutEverywhere
from vaultra_core.use_cases.look_ahead import LookAhead
from vaultra_core.use_cases.open_session import OpenSession
from vaultra_core.use_cases.read_audit import ReadAudit
from vaultra_core.use_cases.receive_webhook import ReceiveWebhook
from vaultra_core.use_cases.recompute import Recompute
from vaultra_core.use_cases.refresh_session import RefreshSession
from vaultra_core.use_cases.replay_events import ReplayEvents
from vaultra_core.use_cases.reseal_secrets import ResealSecrets
from vaultra_core.use_cases.reset_password import ResetPassword
from vaultra_core.use_cases.resolve_caller import ResolveCaller
from vaultra_core.use_cases.resolve_evidence import ResolveEvidence
from vaultra_core.use_cases.return_access import ReturnAccess
from vaultra_core.use_cases.send_mail import SendMail
from vaultra_core.use_cases.settle_doubts import SettleDoubts
from vaultra_core.use_cases.sign_in_with_google import SignInWithGoogle
from vaultra_core.use_cases.sign_up import SignUp
from vaultra_core.use_cases.simulate_readiness import SimulateReadiness
from vaultra_core.use_cases.start_connect import StartConnect
from vaultra_core.use_cases.sync_account import SyncAccount
from vaultra_core.use_cases.sync_stripe import SyncStripe
from vaultra_core.use_cases.update_business import UpdateBusiness
from vaultra_core.use_cases.update_profile import UpdateProfile
from vaultra_core.use_cases.verify_email import VerifyEmail

LOCAL_SENDER = "Vaultra <vaultra@localhost>"  # of mails that leave no machine


class Adapters(Provider):
    """Which adapter stands behind which port, as the settings say."""

    scope = Scope.APP

    def __init__(self, settings: Settings, *, application: str, statement_timeout: float, pool_size: int) -> None:
        super().__init__()
        self._settings = settings
        self._application = application
        self._statement_timeout = statement_timeout
        self._pool_size = pool_size

    clock = provide(SystemClock, provides=Clock)

    @provide
    def hasher(self) -> PasswordHasher:
        return Argon2Hasher()

    @provide
    def settings(self) -> Settings:
        return self._settings

    @provide
    def tokens(self, settings: Settings) -> AccessTokens:
        return JwtAccessTokens(Signer(settings.jwt_secrets), life=dt.timedelta(minutes=settings.access_token_minutes))

    @provide
    def refresh_tokens(self, settings: Settings) -> RefreshTokens:
        return JwtRefreshTokens(Signer(settings.jwt_secrets))

    @provide
    def device_tokens(self, settings: Settings) -> DeviceTokens:
        return JwtDeviceTokens(Signer(settings.jwt_secrets))

    @provide
    def secret_box(self, settings: Settings) -> SecretBox:
        return Keyring(settings.keys)

    @provide
    def states(self, settings: Settings) -> ConnectStates:
        return JwtConnectStates(Signer(settings.jwt_secrets))

    @provide
    async def engine(self, settings: Settings) -> AsyncIterator[AsyncEngine]:
        assert settings.database_url
        engine = make_engine(
            settings.database_url,
            application=self._application,
            statement_timeout=self._statement_timeout,
            pool_size=self._pool_size,
        )
        yield engine
        await engine.dispose()

    @provide
    def unit_of_work(self, engine: AsyncEngine) -> UnitOfWorkFactory:
        return lambda: PostgresUnitOfWork(engine)

    @provide
    def tenant_unit_of_work(self, engine: AsyncEngine) -> TenantUnitOfWorkFactory:
        return lambda who: PostgresUnitOfWork(engine, who)

    @provide
    async def acceptor(self, settings: Settings) -> AsyncIterator[EventAcceptor]:
        assert settings.database_url
        async with PostgresEventAcceptor(settings.database_url) as acceptor:
            yield acceptor

    @provide
    def gate(self, engine: AsyncEngine) -> Gate:
        return PostgresGate(engine)

    @provide
    def schema_check(self, engine: AsyncEngine) -> SchemaCheck:
        return PostgresSchemaCheck(engine)

    @provide
    async def payments(self, settings: Settings) -> AsyncIterator[PaymentsProvider]:
        provider = StripeProvider(settings)
        yield provider
        await provider.close()

    @provide
    def google(self, settings: Settings) -> IdentityProvider | None:
        if not settings.google_client_id or not settings.google_client_secret:
            return None
        return OpenIdProvider(
            issuer=settings.google_issuer,
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret,
        )

    @provide
    def mailer(self, settings: Settings) -> Mailer:
        composer = Composer(sender=settings.mail_from or LOCAL_SENDER, public_url=settings.public_url)
        if settings.smtp_url:
            return SmtpMailer(settings.smtp_url, composer)
        return FolderMailer(settings.mail_folder, composer)

    @provide
    def broker(self, settings: Settings) -> AsyncBroker:
        return make_broker(settings.redis_url)

    @provide
    async def queue(self, broker: AsyncBroker) -> AsyncIterator[JobQueue]:
        queue = TaskiqJobQueue(broker)
        yield queue
        await queue.close()


class UseCases(Provider):
    """Every use case: stateless, made once from the ports it names."""

    scope = Scope.APP

    plain = provide_all(
        ApplyEvents,
        AskPasswordReset,
        AskVerification,
        Certify,
        ChangePassword,
        CheckReadiness,
        CheckSession,
        ComputeMetrics,
        ComputeReadiness,
        CreateBusiness,
        DecideRecommendation,
        DisconnectStripe,
        EndSession,
        EraseBusiness,
        EraseUser,
        ExportData,
        FinishConnect,
        FoldDays,
        ForgetExpired,
        GenerateRecommendations,
        GetBusiness,
        GetConnection,
        GetMetrics,
        GetProfile,
        ListRecommendations,
        ListSessions,
        LogIn,
        LogOut,
        LogOutEverywhere,
        OpenSession,
        ReadAudit,
        ReceiveWebhook,
        Recompute,
        RefreshSession,
        ReplayEvents,
        ResealSecrets,
        ResetPassword,
        ResolveCaller,
        ReturnAccess,
        SendMail,
        SettleDoubts,
        SignInWithGoogle,
        SignUp,
        StartConnect,
        SyncAccount,
        SyncStripe,
        UpdateBusiness,
        UpdateProfile,
        VerifyEmail,
    )

    @provide
    def readiness(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> GetReadiness:
        return GetReadiness(unit_of_work, rulebook=settings.rulebook)

    @provide
    def what_if(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> SimulateReadiness:
        return SimulateReadiness(unit_of_work, rulebook=settings.rulebook)

    @provide
    def path(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> FindPath:
        return FindPath(unit_of_work, rulebook=settings.rulebook)

    @provide
    def plan(self, unit_of_work: TenantUnitOfWorkFactory, clock: Clock, settings: Settings) -> AcceptPath:
        return AcceptPath(unit_of_work, clock, rulebook=settings.rulebook)

    @provide
    def outlook(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> LookAhead:
        return LookAhead(unit_of_work, rulebook=settings.rulebook)

    @provide
    def evidence(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> ResolveEvidence:
        return ResolveEvidence(unit_of_work, rulebook=settings.rulebook)

    @provide
    def change(self, unit_of_work: TenantUnitOfWorkFactory, settings: Settings) -> ExplainScoreChange:
        return ExplainScoreChange(unit_of_work, rulebook=settings.rulebook)

    @provide
    def bring_up_to_date(self, unit_of_work: UnitOfWorkFactory, clock: Clock, settings: Settings) -> BringUpToDate:
        return BringUpToDate(unit_of_work, clock, rulebook=settings.rulebook)


def make_container(
    settings: Settings,
    *providers: Provider,
    application: str,
    statement_timeout: float = API_STATEMENT_TIMEOUT,
    pool_size: int = 10,
) -> AsyncContainer:
    """The container of a process. `providers` are the entry point's own, or a test's, which then win."""
    adapters = Adapters(settings, application=application, statement_timeout=statement_timeout, pool_size=pool_size)
    return dishka.make_async_container(adapters, UseCases(), Agent(), KnowledgeBase(), Members(), Tokens(), *providers)
